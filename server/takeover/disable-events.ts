import { eventRow, listEvents, setEventStatus, withoutBinlog } from '../mariadb/events-move.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { look, perform } from './context.ts';

/**
 * Every enabled event of the server becomes one that runs on a primary only, without a trace in its binlog; answers how
 * many. The connection must be one that is closed afterwards: its sql_log_bin stays off. Rejects with SqlError.
 */
export async function disableEventsOn(act: Act, session: Session): Promise<number> {
  await perform(act, session, withoutBinlog());
  const enabled = (await look(act, session, listEvents())).map(eventRow).filter(({ status }) => status === 'ENABLED');
  for (const event of enabled) {
    for (const change of setEventStatus(event, 'DISABLE ON SLAVE')) await perform(act, session, change);
  }
  return enabled.length;
}
