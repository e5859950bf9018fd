/** The addresses of the pages: permalinks, so in one place. */
export const clusterPath = (cluster: string): string => `/clusters/${encodeURIComponent(cluster)}`;
export const takeoverPath = (cluster: string, server: string): string =>
  `${clusterPath(cluster)}/takeover/${encodeURIComponent(server)}`;
export const rejoinPath = (cluster: string, server: string): string =>
  `${clusterPath(cluster)}/rejoin/${encodeURIComponent(server)}`;
/** The review of a rejoin that gives the server a copy of the primary, its own transactions and data being kept. */
export const setAsidePath = (cluster: string, server: string): string => `${rejoinPath(cluster, server)}?set-aside=1`;
export const addReplicaPath = (cluster: string): string => `${clusterPath(cluster)}/add-replica`;
/** What the nodes of a Galera cluster know, and its recovery. */
export const galeraPath = (cluster: string): string => `${clusterPath(cluster)}/galera`;
export const dumpsPath = (cluster: string): string => `${clusterPath(cluster)}/dumps`;
export const operationPath = (id: string): string => `/operations/${encodeURIComponent(id)}`;
