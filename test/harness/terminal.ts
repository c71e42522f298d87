export { quittance as runCommand } from './command-line.js';
