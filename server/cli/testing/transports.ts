/** For tests that hold over every connection there is. */
export const transports = [
  { words: 'plain, IPv4', secure: false, host: '127.0.0.1' },
  { words: 'plain, IPv6', secure: false, host: '::1' },
  { words: 'TLS, IPv4', secure: true, host: '127.0.0.1' },
  { words: 'TLS, IPv6', secure: true, host: '::1' },
] as const;
