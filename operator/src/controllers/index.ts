export { registerControllers } from './registerControllers';
