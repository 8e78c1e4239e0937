// Versions this engine speaks. 1.47 is Docker 27's API; 1.24 is the oldest that current clients still know.
export const API_VERSION = '1.47';
export const MIN_API_VERSION = '1.24';
/** Version of the engine itself; equals package.json's. */
export const ENGINE_VERSION = '0.1.0';
