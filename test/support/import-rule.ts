import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

/** The folders of src in the order in which they build on each other; a file imports from its own or from the left. */
const ORDER = [
  'common',
  'config',
  'audit',
  'database',
  'changes',
  'users',
  'auth',
  'groups',
  'messages',
  'accounts',
  'realtime',
  'app',
];
/** What the folders beside that order may import. */
const ASIDE: Record<string, string[]> = { health: ['common', 'config', 'database', 'changes'] };
/** Who may read the environment: the configuration, and what starts programs in a cleaned one. */
const READS_ENVIRONMENT = /^(config\/|database\/embedded\/environment\.ts$)/;

interface Import {
  target: string;
  /** Erased by the compiler: it cannot close a circle at run time. */
  typeOnly: boolean;
}

interface Source {
  imports: Import[];
  readsEnvironment: boolean;
  usesForwardRef: boolean;
}

/** What in the files, by their paths within src, is against the rules of the house. */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const sources = new Map([...files].map(([path, text]) => [path, inspect(path, text)]));
  const found: string[] = [];
  for (const [path, { imports, readsEnvironment, usesForwardRef }] of sources) {
    for (const { target } of imports) if (!mayImport(path, target)) found.push(`${path} imports ${target}`);
    if (readsEnvironment && !READS_ENVIRONMENT.test(path)) found.push(`${path} reads the environment`);
    if (usesForwardRef) found.push(`${path} uses forwardRef`);
  }
  return [...found, ...circles(sources).map((circle) => `a circle: ${circle.join(' → ')}`)];
}

function mayImport(path: string, target: string): boolean {
  // Beside src there is one thing to import: the migrations, by the database.
  if (target.startsWith('../')) return target.startsWith('../migrations/') && folderOf(path) === 'database';
  const [from, to] = [folderOf(path), folderOf(target)];
  if (from === to) return true;
  if (from in ASIDE) return ASIDE[from]!.includes(to);
  if (to in ASIDE) return from === 'app';
  return ORDER.includes(from) && ORDER.includes(to) && ORDER.indexOf(to) < ORDER.indexOf(from);
}

/** Files directly in src are the application. */
const folderOf = (path: string): string => (path.includes('/') ? path.split('/')[0]! : 'app');

function inspect(path: string, text: string): Source {
  const source: Source = { imports: [], readsEnvironment: false, usesForwardRef: false };
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteral(specifier)) return;
    if (/^(node:)?process$/.test(specifier.text)) source.readsEnvironment = true;
    if (!specifier.text.startsWith('.')) return;
    source.imports.push({ target: join(dirname(path), specifier.text.replace(/\.js$/, '.ts')), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env') source.readsEnvironment = true;
    if (ts.isIdentifier(node) && node.text === 'forwardRef') source.usesForwardRef = true;
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return source;
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  const { phaseModifier, name, namedBindings } = importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return (
    !name && !!namedBindings && ts.isNamedImports(namedBindings) && namedBindings.elements.every((e) => e.isTypeOnly)
  );
}

/** Files that import each other at run time, each circle once. */
function circles(sources: ReadonlyMap<string, Source>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path]);
    if (trail.includes(path) || done.has(path)) return;
    for (const { target, typeOnly } of sources.get(path)?.imports ?? []) if (!typeOnly) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}
