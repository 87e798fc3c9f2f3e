import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
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

/** The routes whose methods a decorator has marked, as `GET /groups/{id}`. */
export function markedRoutes(app: NestExpressApplication, mark: string): string[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    const type = metatype as { prototype: Record<string, object> };
    const handlers = Object.getOwnPropertyNames(type.prototype).map((name) => type.prototype[name]!);
    const base = Reflect.getMetadata(PATH_METADATA, type) as string;
    return handlers
      .filter((handler) => Reflect.getMetadata(mark, handler))
      .map((handler) => {
        const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]!;
        const path = `/${base}/${Reflect.getMetadata(PATH_METADATA, handler) as string}`.replace(/\/+/g, '/');
        return `${method} ${path.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1')}`;
      });
  });
}
