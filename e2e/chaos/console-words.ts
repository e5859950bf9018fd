import type { FromConsole } from './console-messages.ts';

/** What the story tells of a console's message; null: nothing. */
export function consoleWords(message: FromConsole): string | null {
  switch (message.kind) {
    case 'statement':
      return ` ${message.number}. ${message.server}: ${message.sql.slice(0, 160)}`;
    case 'answer':
      return message.error === null ? null : ` ${message.number}. failed: ${message.error}`;
    case 'refused':
      return `refused: ${message.refusal.text}`;
    case 'ended':
      return `says ${message.view.outcome}: ${message.view.summary}`;
    case 'resumed':
      return message.ids.length > 0 ? 'takes it up' : 'takes nothing up';
    case 'resume-failed':
      return `could not take it up: ${message.text}`;
    default:
      return null;
  }
}
