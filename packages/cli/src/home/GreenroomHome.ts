import path from 'node:path';

/** The folder that holds everything a laptop's Greenroom keeps; `GREENROOM_HOME` moves it. */
export class GreenroomHome {
  constructor(
    readonly folder: string,
    /** The clone that it runs from. */
    readonly root: string,
  ) {}

  static fromEnvironment(environment: NodeJS.ProcessEnv): GreenroomHome {
    const root = environment.GREENROOM_ROOT ?? process.cwd();
    return new GreenroomHome(
      path.resolve(environment.GREENROOM_HOME ?? path.join(root, '.greenroom')),
      root,
    );
  }

  get runFile() {
    return path.join(this.folder, 'run.json');
  }

  get kubeconfig() {
    return path.join(this.folder, 'kubeconfig');
  }

  /** Devcluster's objects and its pods' folders; what `--reset` removes. */
  get clusterState() {
    return path.join(this.folder, 'devcluster');
  }

  get imagesFile() {
    return path.join(this.folder, 'images.json');
  }

  /** The executables that devcluster's images have on their PATH. */
  get imageBin() {
    return path.join(this.folder, 'images', 'bin');
  }

  get logs() {
    return path.join(this.folder, 'logs');
  }

  get compileCache() {
    return path.join(this.folder, 'cache', 'compile');
  }
}
