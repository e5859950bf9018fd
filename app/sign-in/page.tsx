import type { Metadata } from 'next';
import { connection } from 'next/server';
import { SignInForm } from '../../components/access/sign-in-form.tsx';
import { placeAfterSignIn } from '../../components/access/place-after-sign-in.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  await connection();
  const { next } = await searchParams;
  return <SignInForm next={placeAfterSignIn(next)} />;
}
