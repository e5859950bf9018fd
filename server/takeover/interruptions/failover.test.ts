import { failoverScene } from './failover-scene.ts';
import { playDeaths } from './play-deaths.ts';

playDeaths(failoverScene);
