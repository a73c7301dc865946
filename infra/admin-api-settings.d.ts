/** Types of admin-api-settings.js, which the Serverless Framework loads as it is. */

interface JwtParameters {
  readonly jwtIssuer?: string;
  readonly jwtAudience?: string;
  readonly jwtScopes?: string;
}

interface JwtAuthorizer {
  readonly issuerUrl: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
}

export function readJwt(parameters: JwtParameters): JwtAuthorizer | undefined;
export function readOrigin(parameters: { readonly corsOrigin?: string }): string | undefined;
export function checkAccess(adminAccess?: string): void;
export function openDoors(resources: Readonly<Record<string, object>>): string[];
