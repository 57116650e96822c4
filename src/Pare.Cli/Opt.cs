using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Pare.Cli;

/// <summary>Makes options whose help says range and default and whose errors say what was found and what is allowed.</summary>
internal static class Opt
{
    public static Option<bool> Flag(string name, string help, params string[] aliases) => new(name, aliases) { Description = help, Arity = ArgumentArity.ZeroOrOne };

    /// <summary>A whole number in [min, max].</summary>
    public static Option<int> Whole(string name, string unit, int min, int max, int byDefault, string help)
    {
        var range = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
        return new Option<int>(name)
        {
            HelpName = unit,
            Description = $"{help} ({range}; default {byDefault})",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => ParseWhole(result, name, min, max, range),
        };
    }

    /// <summary>A whole number in [min, max], or null where the option is not given.</summary>
    public static Option<int?> MaybeWhole(string name, string unit, int min, int max, string help)
    {
        var range = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
        return new Option<int?>(name)
        {
            HelpName = unit,
            Description = $"{help} ({range})",
            CustomParser = result => ParseWhole(result, name, min, max, range),
        };
    }

    /// <summary>A number in [min, max), or [min, max] where <paramref name="closed"/>; null where the option is not given.</summary>
    public static Option<double?> Number(string name, string unit, double min, double max, string help, bool closed = true)
    {
        var range = double.IsPositiveInfinity(max) ? $"{min} or more" : closed ? $"{min} to {max}" : $"{min} up to, not including, {max}";
        return new Option<double?>(name)
        {
            HelpName = unit,
            Description = $"{help} ({range})",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                // Written so that NaN fails.
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    && value >= min && (closed ? value <= max : value < max) && double.IsFinite(value)) return value;
                return Reject<double?>(result, name, text, $"a number, {range}");
            },
        };
    }

    /// <summary>Free text; null where the option is not given.</summary>
    public static Option<string?> Text(string name, string unit, string help, params string[] aliases) => NotEmpty(new Option<string?>(name, aliases) { HelpName = unit, Description = help });

    /// <summary>One of a few words.</summary>
    public static Option<string> Choice(string name, string[] words, string byDefault, string help) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = $"{help} (default {byDefault})",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            return words.Contains(text) ? text : Reject<string>(result, name, text, string.Join(", ", words));
        },
        CompletionSources = { _ => words.Select(w => new System.CommandLine.Completions.CompletionItem(w)) },
    };

    /// <summary>Where a verb writes its file.</summary>
    public static Option<string> Output(string what) => NotEmpty(new Option<string>("--out", "-o") { HelpName = "FILE", Description = what, Required = true });

    /// <summary>Where a verb writes its folder.</summary>
    /// <param name="byDefault">Null where it has to be given.</param>
    public static Option<string> Folder(string what, string? byDefault = null)
    {
        var option = new Option<string>("--out", "-o") { HelpName = "DIR", Description = byDefault is null ? what : $"{what} (default {byDefault})", Required = byDefault is null };
        if (byDefault is not null) option.DefaultValueFactory = _ => byDefault;
        return NotEmpty(option);
    }

    // An empty text is a variable of a script that is not set.
    private static Option<T> NotEmpty<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(t => t.Value.Length == 0)) result.AddError($"{option.Name} is empty; leave it out, or say what");
        });
        return option;
    }

    private static int ParseWhole(ArgumentResult result, string name, int min, int max, string range)
    {
        var text = result.Tokens[0].Value;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : Reject<int>(result, name, text, $"a whole number, {range}");
    }

    private static T? Reject<T>(ArgumentResult result, string name, string found, string allowed)
    {
        result.AddError($"{name} is '{found}'; allowed: {allowed}");
        return default;
    }
}
