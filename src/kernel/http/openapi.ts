import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

import packageJson from "../../../package.json" with { type: "json" };

/** OpenAPI 3.1 from the schemas that validate, at `/docs/json`, and a page to browse it at `/docs`. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Telecast",
        version: packageJson.version,
        description:
          "Push notifications into Telegram and see what became of each. Errors are RFC 9457 problem documents with a stable `code`; every answer carries `x-request-id`; POSTs that create honour `Idempotency-Key`.",
      },
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", description: "An API key: `telecast api-key create`" },
          webUser: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description: "A web user, told by `sub`; the claim `role: admin` opens the admin routes",
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
}

/** Marks a route as needing an API key, for the document. */
export const needsApiKey = [{ apiKey: [] }];

/** Marks a route as needing a signed-in web user. */
export const needsWebUser = [{ webUser: [] }];
