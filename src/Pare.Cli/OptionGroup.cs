using System.Collections;
using System.CommandLine;

namespace Pare.Cli;

/// <summary>Options that the help shows under one title.</summary>
internal class OptionGroup(string title) : IEnumerable<Option>
{
    private readonly List<Option> _options = [];

    public string Title => title;

    public void Add(Option option) => _options.Add(option);

    public IEnumerator<Option> GetEnumerator() => _options.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected T Added<T>(T option) where T : Option
    {
        _options.Add(option);
        return option;
    }
}
