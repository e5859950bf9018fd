'use client';

import { useEffect, useRef, useState } from 'react';
import { signIn, type Refusal } from '../../server/contract/client.ts';
import { Wordmark } from '../header/wordmark.tsx';
import { Mark } from '../ui/mark.tsx';
import { takeoverOfPath } from './place-after-sign-in.ts';

/** Name and password, for people and for password managers. After too many attempts it counts down instead of trying. */
export function SignInForm({ next }: { next: string }) {
  const [alone, setAlone] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const [waitSeconds, startWait] = useCountdown();
  const password = useRef<HTMLInputElement>(null);
  const takeover = takeoverOfPath(next);

  const submit = async (form: FormData) => {
    setBusy(true);
    setRefusal(null);
    const secret = text(form, 'password');
    const answer = await signIn(
      alone ? { takeoverPassword: secret } : { username: text(form, 'username'), password: secret },
    );
    if (answer.kind === 'ok') return window.location.assign(next);
    setBusy(false);
    setRefusal(answer);
    startWait(retryAfterSeconds(answer));
    password.current?.select();
  };

  return (
    <main className="page flex min-h-dvh max-w-sm flex-col justify-center py-12">
      <h1 className="flex items-center gap-2.5">
        <Wordmark />
        <span>
          Sign in <span className="font-normal text-faint">to Baton</span>
        </span>
      </h1>
      {alone && takeover !== null && (
        <p className="mt-1 text-soft">
          for the takeover of {takeover.server} in {takeover.cluster} alone
        </p>
      )}
      <form
        method="post"
        className="mt-6 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        {!alone && (
          <label className="flex flex-col gap-1">
            <span className="text-sm text-soft">User name</span>
            <input
              name="username"
              className="field"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page is this form and nothing else
              autoFocus
            />
          </label>
        )}
        <label className="flex flex-col gap-1">
          <span className="text-sm text-soft">{alone ? 'Takeover password' : 'Password'}</span>
          <input
            // Another secret: what was typed for the one is not sent as the other.
            key={alone ? 'takeover' : 'own'}
            ref={password}
            name="password"
            type="password"
            className="field"
            autoComplete={alone ? 'off' : 'current-password'}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the only field of the form
            autoFocus={alone}
            required
          />
        </label>
        <button type="submit" className="btn btn-go mt-1" disabled={busy || waitSeconds > 0}>
          {busy ? 'Signing in…' : waitSeconds > 0 ? `Wait ${waitSeconds} s` : 'Sign in'}
        </button>
      </form>
      {takeover !== null && (
        <p className="mt-3 text-sm">
          <button
            type="button"
            className="target link"
            onClick={() => {
              setAlone(!alone);
              setRefusal(null);
            }}
          >
            {alone ? 'I have a user name' : 'I have a takeover password'}
          </button>
        </p>
      )}
      <p role="alert" className="mt-3 flex min-h-12 items-baseline gap-2 text-sm">
        {refusal !== null && (
          <>
            <Mark level="serious" className="translate-y-px" />
            <span>
              <SignInRefusal refusal={refusal} alone={alone} />
            </span>
          </>
        )}
      </p>
    </main>
  );
}

function SignInRefusal({ refusal, alone }: { refusal: Refusal; alone: boolean }) {
  if (refusal.kind === 'no-answer')
    return <>The console does not answer. It is stopped, or the network on the way to it is: try again.</>;
  if (refusal.status === 401 && alone)
    return <>No takeover has this password. It was revoked, it has ended, or it was mistyped.</>;
  if (refusal.status === 401)
    return <>User name and password do not belong together. Try again; an admin can set a new password.</>;
  if (refusal.status === 429) return <>Too many attempts. The button opens again when the wait is over.</>;
  return (
    <>
      {refusal.message} {refusal.next}
    </>
  );
}

const text = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

function retryAfterSeconds(refusal: Refusal): number {
  if (refusal.kind !== 'refused' || refusal.status !== 429) return 0;
  const { details } = refusal;
  if (typeof details !== 'object' || details === null || !('retryAfterSeconds' in details)) return 5;
  return typeof details.retryAfterSeconds === 'number' ? Math.ceil(details.retryAfterSeconds) : 5;
}

function useCountdown(): [number, (seconds: number) => void] {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (seconds <= 0) return undefined;
    const timer = setTimeout(() => setSeconds(seconds - 1), 1000);
    return () => clearTimeout(timer);
  }, [seconds]);
  return [seconds, setSeconds];
}
