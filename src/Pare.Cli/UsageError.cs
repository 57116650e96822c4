using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pare.Cli;

/// <summary>One line for a command line that cannot be understood.</summary>
internal static class UsageError
{
    /// <summary>A word that nothing in the command line is for: also an unknown option that an argument of many values took for one of them.</summary>
    public static string? Stray(ParseResult parse) =>
        parse.UnmatchedTokens.Concat(parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens.Select(t => t.Value)).Where(w => w.StartsWith("--", StringComparison.Ordinal))).FirstOrDefault();

    /// <summary>What is wrong, what was probably meant, and where to read on.</summary>
    public static string Describe(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var path = Help.PathOf(command);
        var takesVerbs = command.Subcommands.Count > 0;
        if (Stray(parse) is { } stray)
        {
            var isOption = stray.StartsWith('-');
            var known = isOption ? Names(parse) : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
            var what = isOption ? $"unknown option '{stray}'" : takesVerbs ? $"unknown verb '{stray}'" : $"unexpected argument '{stray}'";
            var nearest = DidYouMean.Nearest(stray, known);
            if (nearest == stray) return $"'{stray}' stands before the verb; options follow it";
            return nearest is null ? $"{what}; '{path} --help' lists what there is" : $"{what}; did you mean '{nearest}'?";
        }
        if (takesVerbs) return $"a verb is missing; '{path} --help' lists what there is";
        var missing = parse.CommandResult.Children.OfType<ArgumentResult>().FirstOrDefault(a => a.Tokens.Count < a.Argument.Arity.MinimumNumberOfValues);
        if (missing is not null) return $"{missing.Argument.Name} is missing; '{path} --help' shows the usage";
        var required = command.Options.FirstOrDefault(o => o.Required && parse.GetResult(o) is not { Tokens.Count: > 0 });
        if (required is not null) return $"{required.Name} {required.HelpName} is missing; '{path} --help' shows the usage";
        return parse.Errors[0].Message.TrimEnd('.');
    }

    private static IEnumerable<string> Names(ParseResult parse) =>
        parse.CommandResult.Command.Options.Concat(parse.RootCommandResult.Command.Options).SelectMany(o => o.Aliases.Prepend(o.Name));
}
