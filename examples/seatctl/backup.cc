// SPDX-License-Identifier: MIT
//
// backup, salvage: a store of files from another.

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "common/format.h"
#include "seatctl/parameters.h"
#include "seatctl/verbs.h"
#include "seatfield/limits.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/storage_registry.h"

namespace examples::seatctl {

using seatfield::MappedOptions;
using seatfield::MappedStorage;
using seatfield::RecoveryReport;
using seatfield::SalvageReport;
using seatfield::StorageUri;

namespace {

constexpr Verb kBackup = {
    "backup", kCare, "Makes a store of all that is decided in another folder",
    "  seatctl backup /backup/box-office-monday\n\n"
    "Of a store that another process writes, all that is durable. To restore\n"
    "it, use it as a store, or a copy of its folder.",
    Access::kRead};
constexpr Verb kSalvage = {
    "salvage", kCare, "Makes a store of what is whole in a damaged one",
    "  seatctl salvage /var/lib/box-office-saved\n\n"
    "The damaged store is left as it is. All is saved up to the first bad\n"
    "place; the answer names it.",
    Access::kNone};

int Backup(Session& session, const std::string& to) {
  MappedStorage* mapped = session.MappedFor("backup");
  if (mapped == nullptr) return kUsage;
  if (mapped->recovery().kind != RecoveryReport::Kind::kAttached) {
    // Nobody writes: the whole of it can be had.
    int exit_status = session.Close();
    if (exit_status == kDone) exit_status = session.Open(Access::kWrite);
    if (exit_status != kDone) return exit_status;
    mapped = session.MappedFor("backup");
  }
  const absl::Status status = mapped->Backup(to);
  if (!status.ok()) return session.Fail(kEnvironment, status);
  if (session.json()) {
    session.out() << boost::json::serialize(
                         boost::json::object{{"directory", to}})
                  << '\n';
  } else {
    session.out() << "backed up to " << to << '\n';
  }
  return kDone;
}

// Those that `file:` takes; how it would be written to means nothing here.
absl::StatusOr<MappedOptions> SalvageOptions(const StorageUri& uri) {
  MappedOptions mapped;
  std::string durability;
  std::uint32_t create = 0;
  std::uint32_t read_only = 0;
  std::uint32_t network = 0;
  seatfield::StorageOptions options;
  options.Add("durability", durability);
  options.Add("interval", mapped.interval);
  options.Add("segment_bytes", mapped.segment_bytes);
  options.Add("checkpoint_bytes", mapped.checkpoint_bytes);
  options.Add("buffer_bytes", mapped.buffer_bytes);
  options.Add("clock_skew_max", mapped.clock_skew_max);
  options.Add("create", create);
  options.Add("read_only", read_only);
  options.Add("allow_network_file_system", network);
  AddLimits(options, mapped.limits);
  const absl::Status status = options.Read(uri);
  if (!status.ok()) return status;
  mapped.allow_network_file_system = network != 0;
  return mapped;
}

void PrintSalvaged(Session& session, const std::string& to,
                   const SalvageReport& report) {
  if (session.json()) {
    session.out() << boost::json::serialize(
                         boost::json::object{{"directory", to},
                                             {"sequence", report.sequence},
                                             {"stopped_at", report.stopped_at},
                                             {"bytes_lost", report.bytes_lost}})
                  << '\n';
    return;
  }
  session.out() << "saved up to change " << Thousands(report.sequence) << " in "
                << to << '\n';
  if (report.stopped_at.empty()) return;
  session.out() << "stopped at " << report.stopped_at << ": "
                << Counted(report.bytes_lost, "byte")
                << " of journal behind it are lost\n";
}

int Salvage(Session& session, const std::string& to) {
  const auto uri = StorageUri::Parse(session.store());
  if (!uri.ok()) return session.Fail(kUsage, uri.status());
  if (uri->scheme != "file") {
    return session.Fail(kUsage, "salvage needs a file: store");
  }
  const auto options = SalvageOptions(*uri);
  if (!options.ok()) return session.Fail(kUsage, options.status());
  const auto report = MappedStorage::Salvage(uri->path, to, *options);
  if (!report.ok()) return session.Fail(kEnvironment, report.status());
  PrintSalvaged(session, to, *report);
  return kDone;
}

void AddCopyVerb(Program& program, const Verb& verb,
                 int (*run)(Session&, const std::string&)) {
  const auto to = std::make_shared<std::string>();
  Parameters parameters = program.Add(
      verb, [to, run](Session& session) { return run(session, *to); });
  parameters.Path("DIR", *to, "The new store's folder, which has none yet");
}

}  // namespace

void AddBackup(Program& program) { AddCopyVerb(program, kBackup, Backup); }
void AddSalvage(Program& program) { AddCopyVerb(program, kSalvage, Salvage); }

}  // namespace examples::seatctl
