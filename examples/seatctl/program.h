// SPDX-License-Identifier: MIT
//
// The command line: verbs are added to it, one is chosen and run.
//
//   std::istringstream in; std::ostringstream out, err;
//   Environment environment{in, out, err, ...};
//   int exit_status = Run({"stats", "1", "--store", "memory:"}, environment);
//
// Exit status: 0 done, 1 refused, 2 the command line, 3 the environment (file,
//   lock, disk, damage).
// Thread safety: one Program belongs to one thread.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_PROGRAM_H_
#define SEATFIELD_EXAMPLES_SEATCTL_PROGRAM_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "seatctl/environment.h"
#include "seatctl/parameters.h"
#include "seatctl/session.h"

namespace examples::seatctl {

// Returns the exit status.
using Action = std::function<int(Session&)>;

struct Verb {
  const char* name;
  const char* group;     // of the overview
  const char* what;      // one line
  const char* examples;  // lines that begin with "seatctl"
  Access access;
};

class Program {
 public:
  explicit Program(Environment& environment);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // A verb and what it does if it is chosen. The caller adds its arguments.
  Parameters Add(const Verb& verb, Action action);

  int Run(std::vector<std::string> arguments);

 private:
  void AddCommonOptions(CLI::App& app);
  int RunChosen();

  Environment& environment_;
  std::unique_ptr<CLI::App> app_;
  CommonOptions options_;
  Access access_ = Access::kNone;
  Action chosen_;
};

// `arguments` are those behind the program's name. Throws std::bad_alloc and
// what streams throw.
int Run(std::vector<std::string> arguments, Environment& environment);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_PROGRAM_H_
