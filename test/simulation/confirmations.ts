/** Blocks that a payment of a simulation is confirmed after. */
export const CONFIRMATIONS = 3;
