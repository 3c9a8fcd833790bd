/** A value that upstream would accept and then misread or ignore. */
export class UnsupportedSetting extends Error {
  override readonly name = "UnsupportedSetting";
  /** Name of the setting, for example `overcommit.cpu`. */
  readonly setting: string;

  constructor(setting: string, problem: string, remedy: string) {
    super(`\`${setting}\` ${problem}. ${remedy}`);
    this.setting = setting;
  }
}
