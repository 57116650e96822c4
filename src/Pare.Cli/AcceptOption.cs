using System.CommandLine;
using Pare.Profile;

namespace Pare.Cli;

/// <summary><c>--accept</c>: how a promise is held against examples.</summary>
internal static class AcceptOption
{
    public static Option<string> Create() => Opt.Choice("--accept", ["interval", "point"], "interval",
        "A promise holds where the upper end of the drop's 95 % interval keeps it (interval), or where the measured drop alone does (point).");

    public static AcceptRule Parse(string text) => Enum.Parse<AcceptRule>(text, ignoreCase: true);
}
