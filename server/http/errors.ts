import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { BatonError, type ErrorBody, type ErrorCode } from '../contract/errors.ts';
import { securityHeaders } from './security-headers.ts';

/** Codes for the statuses that fastify answers with by itself. */
const codeOf: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  429: 'slow-down',
  503: 'unavailable',
};

/** The status and body that an error becomes. What is not an expected failure tells the caller nothing but the request's id. */
function errorAnswer(error: unknown, requestId: string): { status: number; body: ErrorBody } {
  if (error instanceof BatonError) return { status: error.status, body: bodyOf(error) };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.map((issue) => ({
      path: issue.instancePath,
      text: issue.message ?? issue.keyword,
    }));
    const text = details.map((issue) => `${issue.path === '' ? 'request' : issue.path}: ${issue.text}`).join('; ');
    return { status: 400, body: bodyOf(new BatonError('invalid', `The request is not valid: ${text}.`, '', details)) };
  }
  const status = statusOf(error);
  if (status >= 400 && status < 500 && error instanceof Error) {
    return { status, body: bodyOf(new BatonError(codeOf[status] ?? 'invalid', error.message)) };
  }
  const next = `The console's log says more under request ${requestId}.`;
  return { status: 500, body: bodyOf(new BatonError('internal', 'The console failed at this.', next, { requestId })) };
}

/** Answers an error as the contract's ErrorBody; one that is nobody's fault but ours is logged whole. */
export function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = errorAnswer(error, request.id);
  if (status >= 500 && !(error instanceof BatonError))
    request.log.error({ err: error, requestId: request.id }, 'request failed');
  const retryAfter = retryAfterSeconds(body.error.details);
  if (retryAfter !== null && !reply.hasHeader('retry-after')) void reply.header('retry-after', String(retryAfter));
  // An address that cannot be decoded gets here before any hook has set them.
  void reply.headers(securityHeaders).code(status).header('cache-control', 'no-store').send(body);
}

/** The contract's body of an error. */
export function bodyOf({ code, message, next, details }: BatonError): ErrorBody {
  return { error: { code, message, next, details } };
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function retryAfterSeconds(details: unknown): number | null {
  return typeof details === 'object' &&
    details !== null &&
    'retryAfterSeconds' in details &&
    typeof details.retryAfterSeconds === 'number'
    ? Math.ceil(details.retryAfterSeconds)
    : null;
}
