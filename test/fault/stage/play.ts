import { it } from '@jest/globals';
import { Scenario, type ScenarioOptions } from './scenario.js';
import { TIMEOUT } from './settings.js';

/** A test that is a scenario: its name is its line in the report. */
export function play(name: string, options: ScenarioOptions, act: (scenario: Scenario) => Promise<void>): void {
  it(name, () => Scenario.play(name, options, act), TIMEOUT);
}
