/** How many groups a user may be in. It bounds what is told on connecting. */
export const MAX_GROUPS_PER_USER = 1_000;

/** How many members a group may have. It bounds what a single send costs. */
export const MAX_MEMBERS_PER_GROUP = 10_000;
