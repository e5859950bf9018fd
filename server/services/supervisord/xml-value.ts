/** A value of XML-RPC as supervisord uses them (http://xmlrpc.com/spec.md). */
export type XmlValue = string | number | boolean | null | readonly XmlValue[] | { readonly [member: string]: XmlValue };

/** What a method takes. */
export type XmlParameter = string | number | boolean;

/** What a method answered. */
export type XmlAnswer =
  { readonly kind: 'value'; readonly value: XmlValue } | { readonly kind: 'fault'; readonly text: string };

/** The text of a call. */
export function callText(method: string, parameters: readonly XmlParameter[]): string {
  const list = parameters.map((value) => `<param><value>${parameterText(value)}</value></param>`).join('');
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${list}</params></methodCall>`;
}

function parameterText(value: XmlParameter): string {
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (typeof value === 'number') return `<int>${value}</int>`;
  return `<string>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`;
}

/** Reads an answer. Throws where it is none. */
export function readAnswer(text: string): XmlAnswer {
  const reader = new Reader(text);
  if (!text.includes('<methodResponse>')) throw new Error('not an answer of XML-RPC');
  reader.skipTo('<methodResponse>');
  if (reader.take('<fault>')) {
    const fault = reader.value();
    const words = isStruct(fault) ? fault['faultString'] : null;
    return { kind: 'fault', text: typeof words === 'string' ? words : 'no reason' };
  }
  reader.skipTo('<param>');
  return { kind: 'value', value: reader.value() };
}

/** Whether a value is a struct. */
export function isStruct(value: XmlValue | undefined): value is { readonly [member: string]: XmlValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes this tag, behind white space, where it is next. */
  take(tag: string): boolean {
    const at = this.#afterSpace();
    if (!this.#text.startsWith(tag, at)) return false;
    this.#at = at + tag.length;
    return true;
  }

  skipTo(tag: string): void {
    const at = this.#text.indexOf(tag, this.#at);
    if (at < 0) throw new Error(`XML-RPC: no ${tag}`);
    this.#at = at + tag.length;
  }

  value(): XmlValue {
    this.#expect('<value>');
    const value = this.#typed();
    this.#expect('</value>');
    return value;
  }

  #typed(): XmlValue {
    const type = /^<([a-z0-9]+)(\/?)>/.exec(this.#text.slice(this.#afterSpace(), this.#afterSpace() + 20));
    // A value without a type is a string, with its white space.
    if (!type) return this.#untilTag();
    const [tag, name = '', empty] = type;
    this.take(tag);
    if (empty === '/') return name === 'string' ? '' : null;
    const value = this.#content(name);
    this.#expect(`</${name}>`);
    return value;
  }

  #content(type: string): XmlValue {
    if (type === 'struct') return this.#members();
    if (type === 'array') return this.#items();
    const text = this.#untilTag();
    if (type === 'boolean') return text.trim() === '1';
    if (['int', 'i4', 'i8', 'double'].includes(type)) return Number(text);
    return text;
  }

  #members(): XmlValue {
    const members: Record<string, XmlValue> = {};
    while (this.take('<member>')) {
      this.#expect('<name>');
      const name = this.#untilTag();
      this.#expect('</name>');
      members[name] = this.value();
      this.#expect('</member>');
    }
    return members;
  }

  #items(): XmlValue {
    const items: XmlValue[] = [];
    if (this.take('<data/>')) return items;
    this.#expect('<data>');
    while (!this.take('</data>')) items.push(this.value());
    return items;
  }

  #untilTag(): string {
    const end = this.#text.indexOf('<', this.#at);
    if (end < 0) throw new Error('XML-RPC: it breaks off');
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text.replace(/&(?:(lt|gt|quot|apos|amp)|#(\d+)|#x([0-9a-fA-F]+));/g, unescaped);
  }

  #expect(tag: string): void {
    if (!this.take(tag)) throw new Error(`XML-RPC: ${tag} is missing`);
  }

  #afterSpace(): number {
    let at = this.#at;
    while (at < this.#text.length && ' \t\r\n'.includes(this.#text.charAt(at))) at += 1;
    return at;
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(_whole: string, name?: string, decimal?: string, hexadecimal?: string): string {
  if (name !== undefined) return entities[name] ?? '';
  return String.fromCodePoint(decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal));
}
