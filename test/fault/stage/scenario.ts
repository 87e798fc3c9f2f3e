import { copyFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Group } from '../../../src/changes/contract.js';
import { check } from '../checker/check.js';
import type { Finding } from '../checker/findings.js';
import { currentMemberships, type Rows } from '../checker/rows.js';
import { Account } from '../driver/account.js';
import { Commander } from '../driver/commander.js';
import { Device } from '../driver/device.js';
import { Load } from '../driver/load.js';
import { makePlan, type Plan, type Shape } from '../driver/plan.js';
import type { Wire } from '../faults/wire.js';
import { readHistory } from '../history/read-history.js';
import { Recorder } from '../history/recorder.js';
import { writeReport } from '../report/report.js';
import type { Node } from './node.js';
import { Stage, type StageOptions } from './stage.js';
import { until } from './until.js';
import { ROUNDS, SEED } from './settings.js';

export interface ScenarioOptions extends StageOptions {
  shape?: Partial<Shape>;
  /** Put to each message, to make it large. */
  filler?: string;
  /** Whether each device has a line of its own, in `wires`: to the balancer, or to the nodes in turn. */
  lines?: 'balancer' | 'nodes';
}

/** Everyone on a stage, with a history: what a scenario acts with. */
export class Scenario {
  readonly accounts: Account[] = [];
  readonly wires: Wire[] = [];
  readonly devices: Device[] = [];
  readonly groupIds: string[] = [];
  readonly commander: Commander;
  load!: Load;
  /** Figures for the report. */
  readonly figures: string[] = [];
  private aborted = false;
  private faults = 0;
  /** What the database held at the end. */
  private rows: Rows | undefined;

  private constructor(
    readonly stage: Stage,
    readonly plan: Plan,
    readonly recorder: Recorder,
  ) {
    this.commander = new Commander(recorder, () => this.aborted);
  }

  /** Sets the stage, lets `act` happen under load, waits until all is quiet, and expects that the checker finds nothing. */
  static async play(
    name: string,
    options: ScenarioOptions,
    act: (scenario: Scenario) => Promise<void>,
    rounds = ROUNDS,
  ): Promise<void> {
    const began = Date.now();
    const stage = await Stage.open(options);
    const recorder = new Recorder(join(stage.directory, 'history.jsonl'));
    const scenario = new Scenario(stage, makePlan(SEED, options.shape), recorder);
    let findings: Finding[] = [];
    try {
      await scenario.gather(options);
      for (let round = 0; round < rounds; round += 1) await act(scenario);
      findings = await scenario.judge();
    } catch (error) {
      findings = [{ fault: 'broken', what: `it did not come to its end: ${String(error)}` }];
      throw error;
    } finally {
      scenario.leave();
      const seconds = (Date.now() - began) / 1000;
      const counts = { ...recorder.counts, faults: scenario.faults, sent: scenario.sentCount };
      writeReport({ name, seconds, counts, findings, figures: scenario.figures });
      if (findings.length > 0 || process.env.FAULT_KEEP) scenario.keep(name);
      await stage.close();
    }
    expect(findings).toEqual([]);
  }

  /** Someone with a line of their own to a node, who only listens. */
  async onlooker(account: Account, node: Node): Promise<{ device: Device; wire: Wire }> {
    const wire = await this.stage.wire(node);
    const device = new Device(`device-${this.devices.length}`, account, wire.url, this.recorder);
    this.devices.push(device);
    await device.open();
    return { device, wire };
  }

  /** Does something bad, and records it. */
  async strike(what: string, fault: () => Promise<void> | void): Promise<void> {
    this.faults += 1;
    this.recorder.write({ type: 'fault', what });
    await fault();
  }

  /** Records something that must not happen. */
  broken(what: string): void {
    this.recorder.write({ type: 'broken', what });
  }

  /** A number of operations to let pass, from the seed. */
  soon(most = 100): number {
    return this.plan.random.whole(Math.ceil(most / 3), most);
  }

  private get sentCount(): number {
    return (this.load as Load | undefined)?.sent ?? 0;
  }

  private async gather({ filler, lines }: ScenarioOptions): Promise<void> {
    const { plan, stage } = this;
    const url = stage.balancer.url;
    for (let index = 0; index < plan.people; index += 1) {
      this.accounts.push(new Account(`person-${index}`, () => url));
    }
    await Promise.all(this.accounts.map((account) => account.register()));
    for (const [index, group] of plan.groups.entries()) await this.found(`Group ${index}`, group);
    const devices: (Device | undefined)[] = [];
    for (const [index, { over, person }] of plan.actors.entries()) {
      if (over === 'socket') {
        const far = lines === 'nodes' ? stage.nodes[index % stage.nodes.length] : stage.balancer;
        const wire = lines ? await stage.wire(far) : undefined;
        if (wire) this.wires.push(wire);
        const device = new Device(
          `device-${index}`,
          this.accounts[person]!,
          (wire ?? stage.balancer).url,
          this.recorder,
        );
        this.devices.push(device);
        devices.push(device);
      } else devices.push(undefined);
    }
    await Promise.all(this.devices.map((device) => device.open()));
    const { accounts, groupIds } = this;
    this.load = new Load(plan, { accounts, devices, groupIds }, this.commander, filler);
  }

  private async found(name: string, { kind, owner, members }: Plan['groups'][number]): Promise<void> {
    const founder = this.accounts[owner]!;
    const { status, body } = await founder.call('POST', '/groups', { kind, name });
    if (status !== 201) throw new Error(`Making a group answered ${status}`);
    const { id } = body as Group;
    this.groupIds.push(id);
    for (const member of members) {
      await this.commander.insist(founder, { verb: 'add', groupId: id, target: this.accounts[member]!.id });
    }
  }

  /** Waits until everyone has everything, and asks the checker. */
  private async judge(): Promise<Finding[]> {
    await this.load.end();
    await this.stage.database.awaken();
    const rows = (this.rows = await this.stage.database.rows());
    // Who never gets there is one of the checker's findings.
    const behind = () => this.devices.filter((device) => !hasEverything(device, rows)).map(({ name }) => name);
    await until('everyone to have everything', () => behind().length === 0, 20_000).catch(() =>
      this.broken(`${behind().join(', ')} did not catch up`),
    );
    this.recorder.write({ type: 'settled' });
    for (const { trouble } of this.stage.nodes) if (trouble !== undefined) this.broken(trouble);
    for (const device of this.devices) device.close();
    this.recorder.close();
    return check(readHistory(this.recorder.path), rows);
  }

  /** Leaves what one needs to understand a finding where it is not removed. */
  private keep(name: string): void {
    const path = join(tmpdir(), `messendger-found-${name.replaceAll(/\W+/g, '-')}`);
    copyFileSync(this.recorder.path, `${path}.jsonl`);
    if (this.rows) writeFileSync(`${path}.rows.json`, JSON.stringify(this.rows));
    writeFileSync(`${path}.log`, this.stage.nodes.map(({ name: node, output }) => `${node}:\n${output}`).join('\n'));
  }

  private leave(): void {
    this.aborted = true;
    (this.load as Load | undefined)?.abort();
    for (const device of this.devices) device.close();
    this.recorder.close();
  }
}

function hasEverything(device: Device, rows: Rows): boolean {
  if (!device.online) return false;
  const memberships = currentMemberships(rows).filter(({ user, left }) => !left && user === device.account.id);
  return memberships.every(
    ({ groupId }) => device.cursors.get(groupId) === rows.groups.find(({ id }) => id === groupId)?.revision,
  );
}
