import { failoverScene } from './testing/failover-scene.ts';
import { playDeaths } from './testing/play-deaths.ts';

playDeaths(failoverScene);
