export type { Finding, Place, Section, SectionName, Severity } from './Finding';
export type { Fix } from './fixes/Fix';
