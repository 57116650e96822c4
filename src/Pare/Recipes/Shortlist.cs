using Pare.Profile;

namespace Pare.Recipes;

/// <summary>The networks of a search that are worth measuring, in bounded memory: where they take too much, those go first that promise least by what can be counted.</summary>
/// <param name="maxBytes">What the weights of all may take; two networks stay in any case.</param>
internal sealed class Shortlist(long maxBytes)
{
    private readonly List<(Candidate Candidate, long Bytes, double Costs)> _entries = [];

    /// <summary>In the order they were found.</summary>
    public IReadOnlyList<Candidate> Candidates => [.. _entries.Select(e => e.Candidate)];

    /// <summary>Adds a network, once.</summary>
    public void Add(Candidate candidate)
    {
        if (_entries.Exists(e => ReferenceEquals(e.Candidate.Model, candidate.Model))) return;
        var profile = ModelProfile.Of(candidate.Model);
        _entries.Add((candidate, profile.WeightBytes, (double)SizeEstimate.Of(candidate.Model) * Math.Max(1, profile.Macs)));
        while (_entries.Count > 2 && _entries.Sum(e => e.Bytes) > maxBytes) _entries.Remove(_entries.MaxBy(e => e.Costs));
    }
}
