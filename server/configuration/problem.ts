/** One thing that is wrong in a configuration file, where it stands. */
export interface Problem {
  /** From 1; null where the file as a whole is meant (missing, unreadable). */
  line: number | null;
  column: number | null;
  /** "clusters.erp5.servers.db-1.url"; "" for the file as a whole. */
  field: string;
  /** What was expected and what was found. */
  message: string;
}

/** A place in the configuration: names and, in lists, numbers from 0. */
export type FieldPath = readonly (string | number)[];

/** What is wrong at a field; `at` says whether its name or its value is meant. */
export interface Finding {
  path: FieldPath;
  at: 'key' | 'value';
  message: string;
}

/** "clusters.erp5.servers.db-1.url", "method[0]"; a name that would be ambiguous stands in quotes. */
export function fieldText(path: FieldPath): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return /^[\w-]+$/.test(part) ? `.${part}` : `.${JSON.stringify(part)}`;
    })
    .join('')
    .replace(/^\./, '');
}
