import { useEffect, useState } from 'react';
import { api, type WaysIn } from './api';

/** As it is where nothing is set: without an answer there are the forms still. */
const STANDARD: WaysIn = { google: false, passwordLogin: true, registration: 'open' };

/** How to log in at this server. */
export function useWaysIn(): WaysIn {
  const [ways, setWays] = useState(STANDARD);
  useEffect(() => {
    api.providers().then(setWays, () => undefined);
  }, []);
  return ways;
}
