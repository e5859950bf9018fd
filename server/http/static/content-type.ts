const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
  ico: 'image/x-icon',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  woff2: 'font/woff2',
  webmanifest: 'application/manifest+json',
};

const extension = (address: string): string => address.slice(address.lastIndexOf('.') + 1).toLowerCase();

/** The media type of a file by its name. */
export function contentType(address: string): string {
  return types[extension(address)] ?? 'application/octet-stream';
}

/** False for what is compressed already: images and fonts. */
export function worthCompressing(address: string): boolean {
  return /^(text|application)\/|svg/.test(types[extension(address)] ?? '');
}
