import { z } from 'zod';

export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'letters, digits, - and _, at most 63');
/**
 * Paths; relative ones count from the folder of the configuration file. x-file says what they are: a secret must be
 * there and not be empty, a certificate must be there, any other may come later.
 */
export const file = z.string().min(1).meta({ 'x-file': 'path' });
/** A socket in the file system; its path has a limit of its own. */
export const socketFile = z.string().min(1).meta({ 'x-file': 'socket' });
export const certificateFile = z.string().min(1).meta({ 'x-file': 'certificate' });
export const secretFile = z.string().min(1).meta({ 'x-file': 'secret' });
/** 0 to 65535: no system takes another one, and `new URL` neither. */
export const port = String.raw`(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|\d{1,4})`;
/** "[::1]:8080", "127.0.0.1:8080" or "unix:/path". */
export const listenAddress = z
  .string()
  .meta({ 'x-file': 'listen' })
  .regex(
    new RegExp(String.raw`^(unix:.+|(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):${port})$`),
    '"host:port", "[ipv6]:port" or "unix:/path"',
  );
export const tcpAddress = z
  .string()
  .regex(new RegExp(String.raw`^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):${port}$`), '"host:port" or "[ipv6]:port"');

/** An argument list: the program, and what it is told. Nothing in it is read by a shell. */
export const programFile = z
  .string()
  .min(1)
  .regex(/^[^\0]+$/, 'no NUL')
  .meta({ 'x-file': 'program' });
export const argument = z.string().regex(/^[^\0]*$/, 'no NUL');
