// SPDX-License-Identifier: MIT

#include "seatctl/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "seatctl/verbs.h"
#include "seatfield/internal/text.h"
#include "seatfield/price.h"
#include "seatfield/version.h"

namespace examples::seatctl {

using seatfield::internal::Cat;
using seatfield::internal::Quoted;

namespace {

constexpr const char* kAbout =
    "Looks into a store of seats and works on it: holds, sells and blocks "
    "seats,\nshows them, moves them, checks them.";

constexpr const char* kNotes =
    R"(A seat is ROW-SEAT as printed on a ticket: 3-4, a range 3-4..3-9 in one row,
a list 3-4,3-6. Times are 90s, 10m, 2h, 7d or forever. Prices are decimal text.

Verbs that only look open a file: store beside the process that writes it.

Exit status: 0 done, 1 refused, 2 the command line, 3 the environment.

Examples:
  export SEATCTL_STORE=file:/var/lib/box-office
  seatctl create 1 --venue stadium.json
  seatctl show 1 A-1
  seatctl reserve --help)";

std::string FailureMessage(const CLI::App* app, const CLI::Error& error) {
  const auto verbs = app->get_subcommands();
  const auto rest = app->remaining();
  const std::string what =
      verbs.empty() && !rest.empty()
          ? "neither a verb nor an option: " + Quoted(rest.front())
          : error.what();
  return Cat("seatctl: ", what, "\nRun 'seatctl ",
             verbs.empty() ? std::string() : verbs.front()->get_name() + " ",
             "--help' to see how it is used.\n");
}

}  // namespace

Program::Program(Environment& environment)
    : environment_(environment),
      app_(std::make_unique<CLI::App>(kAbout, "seatctl")) {
  options_.store = environment.store;
  app_->require_subcommand(1);
  app_->set_version_flag("--version",
                         "seatctl " + std::string(seatfield::kVersionText));
  app_->failure_message(FailureMessage);
  app_->footer(kNotes);
  AddCommonOptions(*app_);
}

Program::~Program() = default;

void Program::AddCommonOptions(CLI::App& app) {
  app.add_option("--store", options_.store,
                 "The store, as in file:/var/lib/box-office; else "
                 "$SEATCTL_STORE")
      ->type_name("URI");
  app.add_flag("--json", options_.json,
               "Answer in JSON, one value a line; refusals, too");
  app.add_option("--places", options_.places,
                 "Decimal places of prices in text (2)")
      ->check(CLI::Range(0, seatfield::Price::kPlacesMax).description(""))
      ->type_name("N");
}

Parameters Program::Add(const Verb& verb, Action action) {
  CLI::App& app = *app_->add_subcommand(verb.name, verb.what);
  app.group(verb.group);
  app.footer(Cat("Examples:\n", verb.examples));
  app.callback([this, access = verb.access, action = std::move(action)] {
    access_ = access;
    chosen_ = action;
  });
  AddCommonOptions(app);
  return Parameters(app);
}

int Program::Run(std::vector<std::string> arguments) {
  // CLI11 takes them from the back.
  std::reverse(arguments.begin(), arguments.end());
  try {
    app_->parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app_->exit(error, environment_.out, environment_.err) == 0 ? kDone
                                                                      : kUsage;
  }
  return RunChosen();
}

int Program::RunChosen() {
  Session session(environment_, options_);
  int exit_status = session.Open(access_);
  if (exit_status != kDone) return exit_status;
  exit_status = chosen_(session);
  exit_status = std::max(exit_status, session.Close());
  environment_.out.flush();
  if (!environment_.out.good()) {
    return session.Fail(kEnvironment, "cannot write to standard output");
  }
  return exit_status;
}

int Run(std::vector<std::string> arguments, Environment& environment) {
  Program program(environment);
  AddVerbs(program);
  return program.Run(std::move(arguments));
}

}  // namespace examples::seatctl
