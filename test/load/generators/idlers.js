/** Clients that connect and then do nothing but answer pings. */
import { serve } from '../wire/rpc.js';
import { Crowd } from './crowd.js';

serve({
  async open({ url, groups }) {
    const { rooms } = await Crowd.connect({ url, groups, ordered: true });
    return rooms.reduce((sum, { members }) => sum + members.length, 0);
  },
});
