import { STATUS_CODES } from "node:http";

import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";

import { sqlState } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { internalError, invalidRequest, tooManyRequests, unavailable } from "./errors.ts";

/** RFC 9457, with a stable `code` to branch on and the request's id to ask about. */
export const problemSchema = z.object({
  type: z.string().describe("urn:telecast:error:<code>"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z
    .array(z.object({ field: z.string(), expected: z.string() }))
    .optional()
    .describe("what is wrong with which field"),
});

export type Problem = z.infer<typeof problemSchema>;

/** Answers with a problem document for whatever was thrown. Only an AppError says more than its status. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request);
  if (problem.status >= 500) request.log.error({ err: error }, "request failed");
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  const base = (status: number, code: string, detail: string): Problem => ({
    type: `urn:telecast:error:${code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail,
    code,
    request_id: request.id,
  });
  if (error instanceof AppError) return { ...base(error.status, error.code, error.message), ...fieldErrors(error) };
  if (hasZodFastifySchemaValidationErrors(error)) {
    return {
      ...base(invalidRequest.status, invalidRequest.code, invalidRequest.message),
      errors: error.validation.map((issue) => ({
        field: fieldName(issue.instancePath, error.validationContext),
        expected: issue.message ?? "another value",
      })),
    };
  }
  if (isUnavailable(error)) return base(unavailable.status, unavailable.code, unavailable.message);
  return fromFastify(error as Partial<FastifyError>, base);
}

/** A refusal that is about one field names it where a program looks for it. */
function fieldErrors({ params: { field, expected } }: AppError): Pick<Problem, "errors"> {
  if (field === undefined || expected === undefined) return {};
  return { errors: [{ field: String(field), expected: String(expected) }] };
}

/** Fastify's own refusals (malformed JSON, body too large, wrong media type) carry a status below 500 and a safe text. */
function fromFastify(
  { statusCode, message, code }: Partial<FastifyError>,
  base: (status: number, code: string, detail: string) => Problem,
): Problem {
  if (statusCode === 429) return base(429, tooManyRequests.code, message ?? tooManyRequests.message);
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) {
    return base(internalError.status, internalError.code, internalError.message);
  }
  const slug = (code ?? "invalid_request").replace(/^FST_(ERR_)?/, "").toLowerCase();
  return base(statusCode, `http.${slug}`, message ?? invalidRequest.message);
}

function fieldName(instancePath: string, context: string | undefined): string {
  const path = instancePath.replace(/^\//, "").replaceAll("/", ".");
  if (path !== "") return path;
  return context ?? "body";
}

/** Connection trouble (SQLSTATE class 08, 57P0x, and the pool's own errors) is an outage, not a bug. */
function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith("08") || state.startsWith("57P0") || state === "53300";
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === "ECONNREFUSED" || code === "ECONNRESET" || code === "ETIMEDOUT";
}
