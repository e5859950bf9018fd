import { switchoverScene } from './testing/switchover-scene.ts';
import { playFaults } from './testing/play-faults.ts';

playFaults(switchoverScene);
