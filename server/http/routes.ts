import type { FastifyInstance } from "fastify";
import type { AppDeps } from "./app.ts";
import { registerAccountRoutes } from "./auth/account-routes.ts";
import { registerKeyLogin } from "./auth/sign-in-routes.ts";

/** Every resource of the API, one line each. Routes are closed to strangers unless they say otherwise. */
export function registerRoutes(app: FastifyInstance, deps: AppDeps): void {
  registerAccountRoutes(app, deps);
  registerKeyLogin(app, deps);
}
