import { SetMetadata } from '@nestjs/common';

export const UNLIMITED = 'messendger:unlimited';

/** Not counted against the limits on requests: for what is asked by machines, often, and costs nothing. */
export const Unlimited = (): ClassDecorator => SetMetadata(UNLIMITED, true);
