/** The addresses of the pages: permalinks, so in one place. */
export const clusterPath = (cluster: string): string => `/clusters/${encodeURIComponent(cluster)}`;
export const takeoverPath = (cluster: string, server: string): string =>
  `${clusterPath(cluster)}/takeover/${encodeURIComponent(server)}`;
export const rejoinPath = (cluster: string, server: string): string =>
  `${clusterPath(cluster)}/rejoin/${encodeURIComponent(server)}`;
export const dumpsPath = (cluster: string): string => `${clusterPath(cluster)}/dumps`;
export const operationPath = (id: string): string => `/operations/${encodeURIComponent(id)}`;
