import { NotFound } from '../../components/ui/not-found.tsx';

export default function ConsoleNotFound() {
  return <NotFound />;
}
