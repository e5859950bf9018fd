import { rejoinScene } from './testing/rejoin-scene.ts';
import { playFaults } from './testing/play-faults.ts';

playFaults(rejoinScene);
