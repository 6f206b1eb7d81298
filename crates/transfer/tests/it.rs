//! Transfers against an object store on a real socket.

#[cfg(test)]
mod it {
    mod answers;
    mod bad_networks;
    mod changing_files;
    mod checksums;
    mod control;
    mod crowds;
    mod damaged_part_files;
    mod dedupe;
    mod downloads;
    mod limits;
    mod memory;
    mod part_files;
    mod retry_budget;
    mod saving;
    mod simulated;
    mod store;
    mod uploads;
    mod watched;
    mod ways;
}
