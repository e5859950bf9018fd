import { CopyButton } from '../ui/copy-button.tsx';

/** The command that does the same as the button below it. */
export function OnTheCommandLine({ command }: { command: string }) {
  return (
    <p className="mt-8 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
      <span className="text-faint">The same on the command line:</span>
      <code className="mono break-all">{command}</code>
      <CopyButton text={command} label="Copy the command" />
    </p>
  );
}
