import { createHash } from 'node:crypto';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}';

/** Shown while the pages' process starts. It stands alone, and asks again by itself. */
export const restartingPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pages are starting – Baton</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="2">
<style>${style}</style></head>
<body><main><h1>The pages are starting</h1>
<p>The console itself runs: it watches the servers, and an operation that is under way goes on. This page asks again by
itself every 2 seconds.</p></main></body></html>
`;

/** Lets that one style in, and nothing else. */
export const restartingPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
