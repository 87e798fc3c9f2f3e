import type { NestExpressApplication } from '@nestjs/platform-express';

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
}

/** Every route that Express has, in the API document or not, as `GET /groups/{id}`. */
export function routesOf(app: NestExpressApplication): string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  const names = router.stack.flatMap(({ route }) =>
    [route?.path ?? []]
      .flat()
      .flatMap((path) =>
        Object.keys(route!.methods).map(
          (method) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1')}`,
        ),
      ),
  );
  return [...new Set(names)].sort();
}

/** Which of the routes a request goes to; a fixed path goes before one with parameters. */
export function routeOf(routes: string[], method: string, path: string): string | undefined {
  const fits = (route: string) =>
    new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(`${method} ${path}`);
  return routes.filter(fits).sort((a, b) => a.split('{').length - b.split('{').length)[0];
}
