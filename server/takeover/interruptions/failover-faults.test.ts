import { failoverScene } from './testing/failover-scene.ts';
import { playFaults } from './testing/play-faults.ts';

playFaults(failoverScene);
