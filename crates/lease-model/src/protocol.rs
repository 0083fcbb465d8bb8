//! How the state changes: what workers, database, Helm, owner and bad luck may do next.

use stateright::{Model, Property};

use crate::state::{
    At, Beat, Broken, Cluster, Deed, Faults, Granted, Helm, Life, Phase, Release, Row, State, Statement, Visit, Wish,
    Worker,
};
use crate::times::Times;

/// What keeps the protocol safe, to be taken out one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    FenceOnWrite,
    WishOnWrite,
    /// The self-fence counts from before the question, not from its answer.
    FenceFromQuestion,
    DatabaseClock,
    /// Nothing is begun once the self-fence is over, even by a visit that has not been told yet.
    FenceBeforeAct,
    /// The kernel kills Helm with its process.
    DeathSignal,
    /// A store is given back when its Helm is gone.
    HelmGoneFirst,
    /// Credentials are created, never written over.
    CreateOnly,
    /// A claim of which nobody hears any more ends by itself.
    LeaseLapses,
    /// A heartbeat finds no lease to renew once the store was given back.
    BeatNeedsLease,
}

#[derive(Clone, Debug)]
pub struct Protocol {
    pub times: Times,
    /// The longest that a process stands still; `None`: for ever.
    pub longest_stop: Option<u8>,
    pub faults: Faults,
    pub without: &'static [Protection],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Tick,
    Claim(usize),
    ClaimAnswered(usize),
    Beat(usize),
    BeatArrives(usize),
    Look(usize),
    Act(usize),
    GiveBack(usize),
    StatementArrives(usize),
    SelfFence(usize),
    HelmEnds(usize),
    HelmKilled(usize),
    StrayEnds,
    OwnerDeletes,
    Stop(usize),
    GoOn(usize),
    Die(usize),
    Restart(usize),
    ClaimAnswerLost(usize),
    StatementLost(usize),
    AnswerLost(usize),
    BeatLost(usize),
    ClockSteps(usize),
    HelmHangs(usize),
    FaultsClear,
}

/// Claims while things go wrong; after that there may be as many as it takes.
const CLAIMS_UNDER_FAULTS: u8 = 3;

impl Protocol {
    /// By when a request has ended once nothing fails any more: the lease of a holder that is gone lapses, and its Helm is
    /// gone too.
    pub fn bound(&self) -> u8 {
        self.times.lease + self.times.helm_grace
    }

    fn has(&self, protection: Protection) -> bool {
        !self.without.contains(&protection)
    }

    fn worker_actions(&self, state: &State, w: usize, actions: &mut Vec<Action>) {
        let (row, worker) = (&state.row, &state.workers[w]);
        let faulty = state.clear.is_none();
        if worker.statement.is_some() {
            actions.push(Action::StatementArrives(w));
        }
        if worker.beat.is_some() {
            actions.push(Action::BeatArrives(w));
        }
        if !worker.runs() {
            return;
        }
        let lapsed = row.lease == 0 || (!self.has(Protection::DatabaseClock) && worker.clock_ahead);
        let free_hands = worker.visit.is_none() && worker.granted.is_none() && worker.statement.is_none();
        if free_hands && row.due && lapsed && (!faulty || row.fence < CLAIMS_UNDER_FAULTS) {
            actions.push(Action::Claim(w));
        }
        if worker.granted.is_some() {
            actions.push(Action::ClaimAnswered(w));
        }
        if let Some(visit) = &worker.visit {
            let handing_over = visit.at == At::HandOver;
            if visit.left == 0 && !handing_over {
                actions.push(Action::SelfFence(w));
            }
            // With all well the visit is over before a beat is due; without time between, it changes nothing.
            if faulty && worker.beat.is_none() && !handing_over && visit.left < self.times.self_fence {
                actions.push(Action::Beat(w));
            }
            let helm_gone = worker.helm.is_none();
            let may_give_back = worker.statement.is_none() && (helm_gone || !self.has(Protection::HelmGoneFirst));
            let too_late = visit.left == 0 && self.has(Protection::FenceBeforeAct);
            match visit.at {
                At::Look | At::Act(_) if too_late => {}
                At::Look => actions.push(Action::Look(w)),
                // In a process a store has one Helm at a time.
                At::Act(Deed::Install | Deed::Uninstall) if !helm_gone => {}
                At::Act(_) => actions.push(Action::Act(w)),
                At::GiveUp | At::HandOver if may_give_back => actions.push(Action::GiveBack(w)),
                At::GiveUp | At::HandOver | At::Helm | At::Database => {}
            }
        }
        if let Some(helm) = worker.helm {
            match helm.dies_in {
                Some(0) => actions.push(Action::HelmKilled(w)),
                // With all well Helm does as it is told, but it takes its time where that is worst.
                Some(_) if !faulty => {}
                _ => actions.push(Action::HelmEnds(w)),
            }
        }
    }

    /// While things go wrong anything may take any time, but for what a running process does by its own clock.
    fn time_may_pass(&self, state: &State) -> bool {
        state.workers.iter().all(|worker| match worker.life {
            Life::Dead => true,
            Life::Stands(length) => self.longest_stop.is_none_or(|longest| length < longest),
            Life::Runs => {
                let fenced = worker.visit.as_ref().is_none_or(|visit| visit.left > 0 || visit.at == At::HandOver);
                let killed = worker.helm.is_none_or(|helm| helm.dies_in != Some(0));
                fenced && killed
            }
        })
    }

    fn tick(&self, state: &mut State) {
        let down = |left: &mut u8| *left = left.saturating_sub(1);
        if self.has(Protection::LeaseLapses) {
            down(&mut state.row.lease);
        }
        for worker in &mut state.workers {
            worker.visit.iter_mut().for_each(|visit| down(&mut visit.left));
            worker.beat.iter_mut().for_each(|beat| down(&mut beat.left));
            worker.granted.iter_mut().for_each(|granted| down(&mut granted.left));
            worker.helm.iter_mut().flat_map(|helm| &mut helm.dies_in).for_each(down);
            if let (Life::Stands(length), Some(_)) = (&mut worker.life, self.longest_stop) {
                *length += 1;
            }
        }
        // One more than the promise allows is enough to see that it is broken.
        let broken = self.bound() + 1;
        state.clear = state.clear.map(|since| (since + 1).min(broken));
    }

    fn decide(visit: &Visit, cluster: &Cluster) -> Deed {
        match (visit.wish, cluster.credentials, cluster.release) {
            (Wish::Present, None, _) => Deed::CreateCredentials,
            (Wish::Present, Some(_), Release::Absent) => Deed::Install,
            (Wish::Present, Some(_), Release::Pending) => Deed::Recover,
            (Wish::Present, Some(_), Release::Deployed) => Deed::Record(Phase::Ready),
            (Wish::Absent, _, _) if cluster.gone => Deed::Record(Phase::Deleted),
            (Wish::Absent, _, Release::Absent) => Deed::DeleteNamespace,
            (Wish::Absent, _, Release::Pending | Release::Deployed) => Deed::Uninstall,
        }
    }

    /// Does the visit's deed in the cluster, whoever holds the store by now.
    fn act(&self, state: &mut State, w: usize) -> Option<()> {
        let worker = &mut state.workers[w];
        let visit = worker.visit.as_mut()?;
        let At::Act(deed) = visit.at else { return None };
        let cluster = &mut state.cluster;
        visit.at = At::Look;
        match deed {
            Deed::CreateCredentials if cluster.gone => {}
            Deed::CreateCredentials => match cluster.credentials {
                Some(_) if self.has(Protection::CreateOnly) => {}
                before => {
                    state.broken.credentials_changed |= before.is_some_and(|before| before != visit.fence);
                    cluster.credentials = Some(visit.fence);
                }
            },
            Deed::Recover if cluster.release == Release::Pending => cluster.release = Release::Absent,
            Deed::Recover => {}
            Deed::DeleteNamespace => {
                *cluster = Cluster { credentials: None, release: Release::Absent, gone: true };
            }
            Deed::Install | Deed::Uninstall => {
                if deed == Deed::Install && !cluster.gone {
                    cluster.release = Release::Pending;
                }
                worker.helm = Some(Helm { installs: deed == Deed::Install, dies_in: None });
                visit.at = At::Helm;
            }
            Deed::Record(phase) => {
                worker.statement = Some(Statement::Record { fence: visit.fence, wish: visit.wish, phase, due: false });
                visit.at = At::Database;
            }
        }
        Some(())
    }

    fn helm_ends(cluster: &mut Cluster, helm: Helm) {
        match (helm.installs, cluster.gone) {
            (_, true) => {}
            (true, false) => cluster.release = Release::Deployed,
            (false, false) => cluster.release = Release::Absent,
        }
    }

    /// Whether the database took it.
    fn statement_done(&self, state: &mut State, statement: Statement) -> bool {
        let row = &mut state.row;
        match statement {
            Statement::Record { fence, wish, phase, due } => {
                let fenced = fence == row.fence || !self.has(Protection::FenceOnWrite);
                let wished = wish == row.wish || !self.has(Protection::WishOnWrite);
                if !(fenced && wished) {
                    return false;
                }
                state.broken.old_fence_wrote |= fence != row.fence;
                state.broken.ready_after_delete |= phase == Phase::Ready && row.wish == Wish::Absent;
                *row = Row { phase, due, lease: 0, free: true, ..row.clone() };
                true
            }
            Statement::Drop { fence } => {
                let fenced = fence == row.fence || !self.has(Protection::FenceOnWrite);
                if fenced {
                    state.broken.old_fence_wrote |= fence != row.fence;
                    *row = Row { due: true, lease: 0, free: true, ..row.clone() };
                }
                fenced
            }
        }
    }

    fn beat_done(&self, state: &mut State, w: usize, beat: Beat) {
        let Times { lease, self_fence, helm_grace } = self.times;
        let row = &mut state.row;
        let held = beat.fence == row.fence && (!row.free || !self.has(Protection::BeatNeedsLease));
        if held {
            row.lease = lease;
        }
        let unwanted = beat.wish != row.wish;
        let worker = &mut state.workers[w];
        let Some(visit) = worker.visit.as_mut().filter(|visit| visit.fence == beat.fence) else { return };
        if visit.at == At::HandOver {
            return;
        }
        if !held {
            worker.visit = None;
            terminate(&mut worker.helm, helm_grace);
        } else if unwanted {
            visit.at = At::HandOver;
            terminate(&mut worker.helm, helm_grace);
        } else {
            visit.left = if self.has(Protection::FenceFromQuestion) { beat.left } else { self_fence };
        }
    }

    fn claim(&self, state: &mut State, w: usize) {
        let row = &mut state.row;
        *row = Row { lease: self.times.lease, fence: row.fence + 1, free: false, ..row.clone() };
        let granted = Granted { fence: row.fence, wish: row.wish, left: self.times.self_fence };
        state.workers[w].granted = Some(granted);
    }
}

fn fault_actions(state: &State, w: usize, actions: &mut Vec<Action>) {
    let (faults, worker) = (&state.faults, &state.workers[w]);
    if faults.losses > 0 {
        if worker.granted.is_some() {
            actions.push(Action::ClaimAnswerLost(w));
        }
        if worker.statement.is_some() {
            actions.extend([Action::StatementLost(w), Action::AnswerLost(w)]);
        }
        if worker.beat.is_some() {
            actions.push(Action::BeatLost(w));
        }
    }
    match worker.life {
        Life::Runs => {
            // Standing still changes something only for who has something under way.
            if faults.stops > 0 && (worker.visit.is_some() || worker.granted.is_some()) {
                actions.push(Action::Stop(w));
            }
            if faults.clock_steps > 0 && !worker.clock_ahead {
                actions.push(Action::ClockSteps(w));
            }
            let helm_runs = worker.helm.is_some_and(|helm| helm.dies_in.is_none());
            if faults.hangs > 0 && helm_runs {
                actions.push(Action::HelmHangs(w));
            }
        }
        Life::Stands(_) => actions.push(Action::GoOn(w)),
        Life::Dead => actions.push(Action::Restart(w)),
    }
    if faults.deaths > 0 && worker.life != Life::Dead {
        actions.push(Action::Die(w));
    }
}

fn terminate(helm: &mut Option<Helm>, grace: u8) {
    if let Some(helm) = helm {
        helm.dies_in = helm.dies_in.or(Some(grace));
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            row: Row { wish: Wish::Present, phase: Phase::Provisioning, due: true, fence: 0, lease: 0, free: true },
            cluster: Cluster { credentials: None, release: Release::Absent, gone: false },
            workers: [Worker::default(), Worker::default()],
            stray: None,
            faults: self.faults.clone(),
            clear: None,
            broken: Broken::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for w in 0..state.workers.len() {
            self.worker_actions(state, w, actions);
        }
        if state.stray.is_some() {
            actions.push(Action::StrayEnds);
        }
        match state.clear {
            // Everybody does what they can before time goes on; when nothing is left to do it stops.
            Some(_) if actions.is_empty() && !state.ended() => actions.push(Action::Tick),
            Some(_) => {}
            None => {
                for w in 0..state.workers.len() {
                    fault_actions(state, w, actions);
                }
                if state.faults.deletions > 0 {
                    actions.push(Action::OwnerDeletes);
                }
                if self.time_may_pass(state) {
                    actions.push(Action::Tick);
                }
                actions.push(Action::FaultsClear);
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        let Times { self_fence, helm_grace, .. } = self.times;
        match action {
            Action::Tick => self.tick(&mut state),
            Action::Claim(w) => self.claim(&mut state, w),
            Action::ClaimAnswered(w) => {
                let Granted { fence, wish, left } = state.workers[w].granted.take()?;
                let left = if self.has(Protection::FenceFromQuestion) { left } else { self_fence };
                state.workers[w].visit = Some(Visit { fence, wish, left, at: At::Look });
            }
            Action::Beat(w) => {
                let visit = state.workers[w].visit.as_ref()?;
                let beat = Beat { fence: visit.fence, wish: visit.wish, left: self_fence };
                state.workers[w].beat = Some(beat);
            }
            Action::BeatArrives(w) => {
                let beat = state.workers[w].beat.take()?;
                self.beat_done(&mut state, w, beat);
            }
            Action::Look(w) => {
                let visit = state.workers[w].visit.as_mut()?;
                visit.at = At::Act(Protocol::decide(visit, &state.cluster));
            }
            Action::Act(w) => self.act(&mut state, w)?,
            Action::GiveBack(w) => {
                let worker = &mut state.workers[w];
                let visit = worker.visit.as_mut()?;
                let (fence, wish) = (visit.fence, visit.wish);
                worker.statement = Some(match visit.at {
                    At::GiveUp => Statement::Record { fence, wish, phase: Phase::Provisioning, due: true },
                    _ => Statement::Drop { fence },
                });
                visit.at = At::Database;
            }
            Action::StatementArrives(w) => {
                let statement = state.workers[w].statement.take()?;
                let taken = self.statement_done(&mut state, statement);
                let visit = &mut state.workers[w].visit;
                if let Some(waiting) = visit.as_mut().filter(|visit| visit.at == At::Database) {
                    match statement {
                        Statement::Record { .. } if !taken => waiting.at = At::HandOver,
                        Statement::Record { .. } | Statement::Drop { .. } => *visit = None,
                    }
                }
            }
            Action::SelfFence(w) => {
                state.workers[w].visit = None;
                terminate(&mut state.workers[w].helm, helm_grace);
            }
            Action::HelmEnds(w) => {
                let worker = &mut state.workers[w];
                let helm = worker.helm.take()?;
                if let Some(visit) = worker.visit.as_mut().filter(|visit| visit.at == At::Helm) {
                    visit.at = At::Look;
                }
                Protocol::helm_ends(&mut state.cluster, helm);
            }
            Action::HelmKilled(w) => state.workers[w].helm = None,
            Action::StrayEnds => Protocol::helm_ends(&mut state.cluster, state.stray.take()?),
            Action::OwnerDeletes => {
                state.faults.deletions -= 1;
                state.row = Row { wish: Wish::Absent, due: true, ..state.row };
            }
            Action::Stop(w) => {
                state.faults.stops -= 1;
                state.workers[w].life = Life::Stands(0);
            }
            Action::GoOn(w) | Action::Restart(w) => state.workers[w].life = Life::Runs,
            Action::Die(w) => {
                state.faults.deaths -= 1;
                let worker = &mut state.workers[w];
                let helm = worker.helm.take();
                if !self.has(Protection::DeathSignal) {
                    state.stray = state.stray.or(helm);
                }
                *worker = Worker { life: Life::Dead, visit: None, granted: None, ..worker.clone() };
            }
            Action::ClaimAnswerLost(w) => {
                state.faults.losses -= 1;
                state.workers[w].granted = None;
            }
            Action::StatementLost(w) | Action::AnswerLost(w) => {
                state.faults.losses -= 1;
                let statement = state.workers[w].statement.take()?;
                if action == Action::AnswerLost(w) {
                    self.statement_done(&mut state, statement);
                }
                // An error ends the visit; the next one looks anew.
                state.workers[w].visit.take_if(|visit| visit.at == At::Database);
            }
            Action::BeatLost(w) => {
                state.faults.losses -= 1;
                state.workers[w].beat = None;
            }
            Action::ClockSteps(w) => {
                state.faults.clock_steps -= 1;
                state.workers[w].clock_ahead = true;
            }
            Action::HelmHangs(w) => {
                state.faults.hangs -= 1;
                let worker = &mut state.workers[w];
                terminate(&mut worker.helm, helm_grace);
                if let Some(visit) = worker.visit.as_mut().filter(|visit| visit.at == At::Helm) {
                    visit.at = At::GiveUp;
                }
            }
            Action::FaultsClear => {
                state.clear = Some(0);
                for worker in &mut state.workers {
                    worker.life = Life::Runs;
                }
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        crate::promises::all()
    }
}
