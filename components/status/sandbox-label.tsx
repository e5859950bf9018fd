/** Stands wherever the name of a throw-away cluster stands, always. */
export function SandboxLabel() {
  return (
    <span className="tag" title="Throw-away servers on this machine: what is done here touches no real data.">
      sandbox <span className="text-faint">throw-away servers</span>
    </span>
  );
}
