// Earlier versions had Swagger UI keep what one authorized with, passwords among it, in the storage of this origin.
try {
  globalThis.localStorage.removeItem('authorized');
} catch {
  // Storage is refused: nothing was kept.
}
