import { CopyButton } from '../ui/copy-button.tsx';

const example = `clusters:
  erp5:
    account:
      observe: { user: baton_view, passwordFile: secrets/view }
    servers:
      db-1: { url: "mysql://[2001:db8::1]:3306" }
      db-2: { url: "mysql://[2001:db8::2]:3306" }`;

export function NothingConfigured() {
  return (
    <section className="max-w-2xl py-8">
      <h2>No cluster is configured yet</h2>
      <p className="mt-2 text-soft">
        The console runs, but its configuration names no cluster. Add one to its file, then send the console SIGHUP or
        start it again.
      </p>
      <pre className="sql mt-4">{example}</pre>
      <p className="mt-3">
        <CopyButton text={example} label="Copy the example">
          Copy the example
        </CopyButton>
      </p>
    </section>
  );
}
